/**
 * Draws a picture, and tells later how many milliseconds of work it was: until it was in the page, and of the browser
 * until it was handed to the screen. What was waited for the screen does not count.
 */
export function timePicture(draw: () => void, tell: (ms: number) => void): void {
  const began = performance.now();
  draw();
  const drawn = performance.now() - began;
  requestAnimationFrame(() => {
    const shows = performance.now();
    // The next task comes when styles, layout and painting are done.
    setTimeout(() => tell(drawn + performance.now() - shows));
  });
}
