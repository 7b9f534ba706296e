/** The line between what a golden case gives and what is said about it. */
export const divider = "----------\n";

/**
 * Makes the bytes of a golden input, which is kept printable: `«60×ab»` stands for `ab` sixty times
 * (with `\n` for a line feed), `«0xff»` for one byte.
 */
export function goldenBytes(text: string): Uint8Array {
  const parts = text.split(/(«0x[0-9a-f]{2}»|«\d+×[^»]*»)/);
  return Buffer.concat(
    parts.map((part) => {
      const byte = /^«0x([0-9a-f]{2})»$/.exec(part);
      if (byte !== null) return Buffer.from([Number.parseInt(byte[1] ?? "", 16)]);
      const many = /^«(\d+)×([^»]*)»$/.exec(part);
      if (many === null) return Buffer.from(part);
      return Buffer.from((many[2] ?? "").replaceAll("\\n", "\n").repeat(Number(many[1])));
    }),
  );
}
