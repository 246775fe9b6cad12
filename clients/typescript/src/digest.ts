/** In Base64; undefined on a page that came over plain HTTP, where browsers do not hash. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (crypto.subtle === undefined) return undefined;
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));
}
