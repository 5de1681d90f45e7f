/** Files put together as one zip archive, as they are: pictures are packed already. */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Version 2.0 of the format, and names in UTF-8. */
const VERSION = 20;
const UTF8 = 0x0800;

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The check sum that zip has of each file. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers of two (16) or four (32) bytes. */
function numbers(...given: [value: number, bits: 16 | 32][]): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(given.reduce((sum, [, bits]) => sum + bits / 8, 0)));
  let at = 0;
  for (const [value, bits] of given) {
    if (bits === 16) bytes.setUint16(at, value, true);
    else bytes.setUint32(at, value, true);
    at += bits / 8;
  }
  return new Uint8Array(bytes.buffer);
}

/** The archive. Source: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
export async function zipped(files: readonly File[]): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.webkitRelativePath || file.name);
    const data = new Uint8Array(await file.arrayBuffer());
    // the fields that the entry and the directory have in common: flags to the length of the name
    const common: Parameters<typeof numbers> = [
      [UTF8, 16],
      [0, 16],
      [0, 32],
      [crc32(data), 32],
      [data.length, 32],
      [data.length, 32],
      [name.length, 16],
      [0, 16],
    ];
    const head = numbers([LOCAL, 32], [VERSION, 16], ...common);
    parts.push(head, name, data);
    const rest: Parameters<typeof numbers> = [
      [0, 16],
      [0, 16],
      [0, 16],
      [0, 32],
      [at, 32],
    ];
    directory.push(numbers([CENTRAL, 32], [VERSION, 16], [VERSION, 16], ...common, ...rest), name);
    at += head.length + name.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const counts: Parameters<typeof numbers> = [
    [files.length, 16],
    [files.length, 16],
  ];
  const end = numbers([END, 32], [0, 16], [0, 16], ...counts, [size, 32], [at, 32], [0, 16]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
