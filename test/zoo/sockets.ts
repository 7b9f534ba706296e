/** The servers and connections of the zoo, so that nothing is left behind. */
import type net from "node:net";

export class Sockets {
  readonly #servers: net.Server[] = [];
  readonly #open = new Set<net.Socket>();

  /** Listens, and keeps every connection in mind. Rejects where the address or the port is taken. */
  async listen(server: net.Server, address: string, port: number): Promise<number> {
    server.on("connection", (socket) => {
      this.keep(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: address, port }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    // A client that goes away in the middle is no news.
    server.on("error", () => undefined);
    this.#servers.push(server);
    return (server.address() as net.AddressInfo).port;
  }

  /** Closes the connection when the zoo closes, and forgives whatever happens to it. */
  keep(socket: net.Socket): void {
    this.#open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#open.delete(socket));
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await Promise.all(
      this.#servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => {
              resolve();
            });
          }),
      ),
    );
  }
}

/** Calls at an interval for as long as the connection is open. */
export function whileOpen(socket: net.Socket, milliseconds: number, act: () => void): void {
  const timer = setInterval(() => {
    if (socket.destroyed || !socket.writable) clearInterval(timer);
    else act();
  }, milliseconds);
  socket.once("close", () => {
    clearInterval(timer);
  });
}

/** Writes again and again, as fast as the other side reads, until that many bytes are written or it goes away. */
export function flood(socket: net.Socket, chunk: Buffer, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0 && socket.writable) {
      left -= chunk.length;
      if (!socket.write(chunk)) return void socket.once("drain", more);
    }
    if (left <= 0) socket.end();
  };
  more();
}
