/** Pixels of a canvas that every browser of today can make. */
const MAX_CANVAS_SIDE = 16_000;
const MAX_CANVAS_AREA = 120_000_000;
/** Pictures are drawn so much finer than the screen where there is room, for papers and screens of high density. */
const FINE = 2;

/** Has the browser save a file. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Browsers begin to read it within this time.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export async function gzipped(parts: BlobPart[]): Promise<Blob> {
  const packed = new Blob(parts).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(packed).blob();
}

/** An SVG as a PNG; undefined when it is larger than browsers draw. */
export async function pngOfSvg(svg: string): Promise<Blob | undefined> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const fits = (scale: number) =>
    Math.max(width, height) * scale <= MAX_CANVAS_SIDE && width * height * scale * scale <= MAX_CANVAS_AREA;
  const scale = [FINE, 1].find(fits);
  if (scale === undefined) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/png"));
}
