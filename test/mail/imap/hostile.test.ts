/** An IMAP server that is silent, or says too much. */
import net from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ImapProblem, Mailbox } from "../../../src/mail/imap/imap.ts";

/** Starts a server that answers each line of a client as it is told to. */
async function start(greet: string | null, answer: (tag: string, line: string) => string) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    if (greet !== null) socket.write(greet);
    let unread = "";
    socket.on("data", (bytes) => {
      unread += bytes.toString("latin1");
      for (let end = unread.indexOf("\r\n"); end >= 0; end = unread.indexOf("\r\n")) {
        const line = unread.slice(0, end);
        unread = unread.slice(end + 2);
        const [tag = ""] = line.split(" ");
        socket.write(answer(tag, line.slice(tag.length + 1)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

const greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS] hello\r\n";

/** As a server does that is sound, but for the commands that a test changes. */
function sound(changes: Readonly<Record<string, (tag: string) => string>>) {
  return (tag: string, line: string): string => {
    const change = Object.entries(changes).find(([command]) => line.startsWith(command));
    if (change !== undefined) return change[1](tag);
    if (/^(SELECT|EXAMINE)/.test(line)) {
      return `* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n* OK [PERMANENTFLAGS (\\*)] x\r\n${tag} OK [READ-WRITE] done\r\n`;
    }
    if (line.startsWith("CAPABILITY"))
      return `* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n${tag} OK x\r\n`;
    if (line.startsWith("LIST")) return `* LIST () "/" INBOX\r\n${tag} OK x\r\n`;
    if (line.startsWith("UID SEARCH")) return `* SEARCH 1\r\n${tag} OK x\r\n`;
    return `${tag} OK x\r\n`;
  };
}

function open(port: number, timeoutMs = 1000): Promise<Mailbox> {
  return Mailbox.open({
    host: "127.0.0.1",
    port,
    user: "u",
    password: "p",
    folder: "INBOX",
    security: "plain",
    ca: null,
    timeoutMs,
    readOnly: false,
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("a sound server, for comparison", async () => {
  const mailbox = await open(await start(greeting, sound({})));
  expect(mailbox.uidValidity).toBe("7");
  expect(mailbox.takesKeywords).toBe(true);
  expect(await mailbox.uidsAfter(0)).toEqual([1]);
  // `2:*` is answered with the last mail, whatever its UID.
  expect(await mailbox.uidsAfter(1)).toEqual([]);
  await mailbox.close();
});

test("silence from the beginning", async () => {
  await expect(open(await start(null, () => ""))).rejects.toThrow(ImapProblem);
});

test("silence after the login", async () => {
  const port = await start(greeting, sound({ SELECT: () => "" }));
  await expect(open(port)).rejects.toThrow(ImapProblem);
});

test.each(["220 mail.example ESMTP\r\n", "\u0000\u0001\r\n", "* BYE go away\r\n"])(
  "a greeting that is none: %j",
  async (text) => {
    await expect(open(await start(text, () => ""))).rejects.toThrow(ImapProblem);
  },
);

test("a line without an end", async () => {
  const port = await start(greeting + "* OK ", () => "x".repeat(4 * 1024 * 1024));
  await expect(open(port)).rejects.toThrow(ImapProblem);
});

test.each(["{4000000000}", "{99999999999999999999}"])("a literal of %s bytes", async (size) => {
  const port = await start(
    greeting,
    sound({ "UID FETCH": () => `* 1 FETCH (UID 1 BODY[] ${size}\r\n${"x".repeat(100_000)}` }),
  );
  const mailbox = await open(port);
  const outline = { uid: 1, size: 100, receivedAt: null, mayHoldReport: true };
  await expect(all(mailbox.mails([outline]))).rejects.toThrow(ImapProblem);
  await mailbox.close();
});

test("mails that nobody asked for are left out", async () => {
  const fetched = (tag: string): string =>
    `* 1 FETCH (UID 1 BODY[]<0> {3}\r\none)\r\n* 2 FETCH (UID 99 BODY[]<0> {5}\r\nother)\r\n${tag} OK x\r\n`;
  const mailbox = await open(await start(greeting, sound({ "UID FETCH": fetched })));
  const outline = { uid: 1, size: 3, receivedAt: null, mayHoldReport: true };
  const [group] = await all(mailbox.mails([outline]));
  expect(group?.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["one"]);
  await mailbox.close();
});

test("mails come in the order of their UIDs, in whichever the server sends them", async () => {
  const fetched = (tag: string): string =>
    `* 2 FETCH (UID 5 BODY[]<0> {4}\r\nfive)\r\n* 1 FETCH (UID 4 BODY[]<0> {4}\r\nfour)\r\n${tag} OK x\r\n`;
  const mailbox = await open(await start(greeting, sound({ "UID FETCH": fetched })));
  const outlines = [4, 5].map((uid) => ({ uid, size: 4, receivedAt: null, mayHoldReport: true }));
  const [group] = await all(mailbox.mails(outlines));
  expect(group?.map(({ outline }) => outline.uid)).toEqual([4, 5]);
  await mailbox.close();
});

test("a refusal to mark is not passed over", async () => {
  const port = await start(greeting, sound({ "UID STORE": (tag) => `${tag} NO not here\r\n` }));
  const mailbox = await open(port);
  await expect(mailbox.mark([1], { how: "keyword" })).rejects.toThrow("refused to mark");
  await mailbox.close();
});

test("a server that cannot move is not made to copy and delete", async () => {
  const mailbox = await open(await start(greeting, sound({})));
  await expect(mailbox.checkMove("Archive")).rejects.toThrow("cannot move mail");
  await mailbox.close();
});

test("a server that guesses the size: the mail is fetched whole", async () => {
  const mail = `Subject: x\r\n\r\n${"y".repeat(5000)}`;
  const asked: string[] = [];
  const answer = sound({});
  const port = await start(greeting, (tag, line) => {
    if (!line.startsWith("UID FETCH")) return answer(tag, line);
    asked.push(line);
    const most = Number(/<0\.(\d+)>/.exec(line)?.[1] ?? Infinity);
    const part = mail.slice(0, most);
    return `* 1 FETCH (UID 1 BODY[]<0> {${String(part.length)}}\r\n${part})\r\n${tag} OK x\r\n`;
  });
  const mailbox = await open(port);
  const outline = { uid: 1, size: 100, receivedAt: null, mayHoldReport: true };
  const mails = (await all(mailbox.mails([outline]))).flat();
  expect(mails.map(({ bytes }) => Buffer.from(bytes).toString("latin1"))).toEqual([mail]);
  expect(asked).toHaveLength(2);
  await mailbox.close();
});

test("a search that the server refuses is no empty mailbox", async () => {
  const mailbox = await open(
    await start(greeting, sound({ "UID SEARCH": (tag) => `${tag} NO not now\r\n` })),
  );
  await expect(mailbox.uidsAfter(0)).rejects.toThrow(ImapProblem);
  await mailbox.close();
});
