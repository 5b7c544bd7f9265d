/** Takes files that are dropped anywhere on the page. */
export function takeDroppedFiles(open: (file: File) => void): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    // Without this the browser would leave the page and show the file itself.
    event.preventDefault();
    document.body.dataset.dropping = "true";
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) delete document.body.dataset.dropping;
  });
  addEventListener("drop", (event) => {
    delete document.body.dataset.dropping;
    if (!hasFiles(event)) return;
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) open(file);
  });
}
