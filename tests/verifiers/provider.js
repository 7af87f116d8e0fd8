// A certified OpenID provider on a port of this machine, for the tests. The settings come as JSON on the first line of
// the input. It signs in the person of the last POST /as without asking, and prints its address once it listens.

import http from "node:http";
import readline from "node:readline";
import Provider from "oidc-provider";

const [line] = await new Promise((resolve) => readline.createInterface(process.stdin).once("line", (text) => resolve([text])));
const { port, client, redirect } = JSON.parse(line);
const issuer = `http://127.0.0.1:${port}`;
let person = null;

const provider = new Provider(issuer, {
  clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirect] }],
  pkce: { required: () => true },
  claims: { openid: ["sub", "amr", "auth_time"], email: ["email", "email_verified"], profile: ["name", "given_name", "family_name"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...person.claims }) }),
  cookies: { keys: ["for the tests"] },
});

async function signIn(request, response) {
  const { params, session } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: person.sub, clientId: params.client_id });
  grant.addOIDCScope("openid email profile");
  const login = { accountId: person.sub, amr: person.amr, acr: person.acr, remember: false };
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { login, consent }, { mergeWithLastSubmission: false });
}

async function read(request) {
  let text = "";
  for await (const part of request) text += part;
  return JSON.parse(text);
}

const answer = provider.callback();
const server = http.createServer(async (request, response) => {
  try {
    if (request.url === "/as") {
      person = await read(request);
      response.end();
    } else if (request.url.startsWith("/interaction/")) await signIn(request, response);
    else await answer(request, response);
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
});
server.listen(port, "127.0.0.1", () => console.log(issuer));
