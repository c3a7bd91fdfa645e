/** Hands data to the browser as a file to be saved. Nothing leaves the page. */
export const saveBlob = (name: string, blob: Blob): void => {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun with the click; the copy in memory is not needed after that.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
};

export const saveFile = (name: string, type: string, text: string): void =>
  saveBlob(name, new Blob([text], { type }));
