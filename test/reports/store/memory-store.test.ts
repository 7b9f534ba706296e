/** The contract is about the port: a store without any database keeps it too. */
import { storeContract } from "./contract.ts";
import { emptyMemory, MemoryStore } from "./memory-store.ts";

storeContract("a store in memory", () => {
  const memory = emptyMemory();
  return Promise.resolve({
    store: new MemoryStore(memory),
    reopen: () => Promise.resolve(new MemoryStore(memory)),
    remove: () => Promise.resolve(),
  });
});
