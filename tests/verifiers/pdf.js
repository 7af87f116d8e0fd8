// What another library says of a signed PDF. In: the document; out: as JSON, whether its one signature is good and whole.
import {buffer} from 'node:stream/consumers';

import {fromBER} from 'asn1js';
import {ContentInfo, SignedData} from 'pkijs';

const document = await buffer(process.stdin);
const text = document.toString('latin1');
const [, ...range] = text.match(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/).map(Number);
const [start, length, rest, restLength] = range;
const cms = Buffer.from(text.slice(length + 1, rest - 1), 'hex');
const signed = new SignedData({schema: new ContentInfo({schema: fromBER(cms).result}).content});
const bytes = new Uint8Array(Buffer.concat([document.subarray(start, start + length), document.subarray(rest, rest + restLength)]));

let verified = false;
let error = null;
try {
  const result = await signed.verify({signer: 0, data: bytes.buffer, checkChain: false, extendedMode: true});
  verified = result.signatureVerified === true;
} catch(failure) {
  error = failure.message ?? String(failure);
}
process.stdout.write(JSON.stringify({
  verified,
  error,
  whole: start === 0 && rest + restLength === document.length && text[length] === '<' && text[rest - 1] === '>',
  signers: signed.certificates.map(one => one.subject.typesAndValues.map(part => part.value.valueBlock.value).join(', ')),
}));
