// TLS on port 443 of a loopback address, for a client that knows nothing else.

import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";

/** Where it listens: not 127.0.0.1, which may have a server of its own. */
const HOST = "127.0.0.2";

export class NotPossible extends Error {}

/**
 * Ends TLS with a certificate made for this run and passes the bytes on.
 * @param {string} folder for the certificate @param {number} port of the exchange
 */
export async function front(folder, port) {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", `/CN=${HOST}`, "-addext", `subjectAltName=IP:${HOST}`, "-days", "1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (socket) => {
    const inner = connect(port, "127.0.0.1");
    socket.on("error", () => inner.destroy());
    inner.on("error", () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new NotPossible(`port 443 of ${HOST} cannot be had (${/** @type {any} */ (error).code})`)));
    server.listen(443, HOST, () => resolve(undefined));
  });
  server.unref();
  return { host: HOST, authority: cert, stop: () => server.close() };
}
