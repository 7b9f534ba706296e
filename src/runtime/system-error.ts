/** The errors of the operating system, in words. */

/** The code of a system error, such as `ENOENT`; "" for anything else. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? "";
}

const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is used up",
  EISDIR: "it is a folder",
  EIO: "the disk reports an error",
  ELOOP: "the link leads back to itself",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is not a folder",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
};

/** Says a system error in words. */
export function describe(error: unknown): string {
  const code = codeOf(error);
  return words[code] ?? (code === "" ? String(error) : code);
}
