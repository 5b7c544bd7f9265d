import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** A proxy that does what one in a company's network does: sends requests on as they are, and opens tunnels. */
export interface ForwardingProxy {
  /** `HOST:PORT`. */
  place: string;
  /** What it was asked, as the request lines: `GET http://…` or `CONNECT …`. */
  asked: string[];
  close(): void;
}

export interface ProxyOptions {
  /** `USER:PASSWORD` without which it answers 407. */
  credentials?: string;
  /** Status with which it answers to everything instead of sending it on. */
  always?: number;
}

export async function forwardingProxy(options: ProxyOptions = {}): Promise<ForwardingProxy> {
  const asked: string[] = [];
  const ends = new Set<Duplex>();
  const refusal = (message: IncomingMessage) => {
    asked.push(`${message.method} ${message.url}`);
    const wanted = `Basic ${Buffer.from(options.credentials ?? "").toString("base64")}`;
    if (options.credentials !== undefined && message.headers["proxy-authorization"] !== wanted) return 407;
    return options.always;
  };
  const server: Server = createServer((message, response) => {
    const status = refusal(message);
    if (status !== undefined) {
      response.writeHead(status, { "Proxy-Authenticate": 'Basic realm="test"' }).end("no");
      return;
    }
    const { "proxy-authorization": _, ...headers } = message.headers;
    const further = request(message.url ?? "", { headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    further.on("error", () => response.writeHead(502).end());
    message.pipe(further);
  });
  server.on("connect", (message: IncomingMessage, client: Duplex) => {
    ends.add(client);
    client.on("error", () => {});
    const status = refusal(message);
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${message.url}`);
    const target = connect(Number(port || 80), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(client);
      client.pipe(target);
    });
    ends.add(target);
    target.on("error", () => client.end("HTTP/1.1 502 Bad gateway\r\n\r\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    place: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close() {
      for (const end of ends) end.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
