// What others' verifiers say of credentials. In: [{credential, documents: {url: document}}, ...] as JSON; out: a verdict each.
// Offline: documents come from the case alone, and fetch answers from it too. Anything else asked for is a failure.
import {text} from 'node:stream/consumers';

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {verifyCredential} from '@digitalcredentials/verifier-core';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';

function documentAt(url, documents) {
  const found = documents[url];
  if(found) {
    return found;
  }
  const method = documents[url.split('#')[0]]?.verificationMethod?.find(one => one.id === url);
  if(method) {
    return {'@context': MULTIKEY, ...method};
  }
  throw new Error(`asked for ${url}, which the case doesn't have`);
}

async function digitalBazaar({credential, documents}) {
  const result = await vc.verifyCredential({
    credential,
    suite: new DataIntegrityProof({cryptosuite}),
    checkStatus,
    documentLoader: async url => ({contextUrl: null, documentUrl: url, document: documentAt(url, documents)}),
  });
  const error = result.error ?? result.statusResult?.error;
  return {
    verified: result.verified,
    ended: result.statusResult?.results?.map(one => one.status) ?? [],
    error: error ? [error.message, ...(error.errors ?? []).map(one => one.message)].join('; ') : null,
  };
}

// did:web is asked for by its https address, did:key by nobody.
async function verifierCore({credential, documents}) {
  const asked = [];
  globalThis.fetch = async request => {
    const url = typeof request === 'string' ? request : request.url ?? String(request);
    asked.push(url);
    const did = `did:web:${new URL(url).host}`;
    const known = url.endsWith('/.well-known/did.json') ? documents[did] : documents[url];
    return known ? Response.json(known) : new Response('', {status: 404});
  };
  const result = await verifyCredential({credential: structuredClone(credential), knownDIDRegistries: []});
  return {
    log: Object.fromEntries((result.log ?? []).map(one => [one.id, one.valid])),
    schema: result.additionalInformation?.find(one => one.id === 'schema_check')?.results ?? [],
    errors: result.errors?.map(one => `${one.name}: ${one.message}`) ?? [],
    asked,
  };
}

const verdicts = [];
for(const one of JSON.parse(await text(process.stdin))) {
  verdicts.push({digitalBazaar: await digitalBazaar(one), verifierCore: await verifierCore(one)});
}
process.stdout.write(JSON.stringify(verdicts));
