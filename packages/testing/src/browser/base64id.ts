let made = 0

/** Socket.IO's ids, which it makes of Node's Buffer: as long, as random. */
function generateId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15))
  new DataView(bytes.buffer).setInt32(11, made++)
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('/', '_')
    .replaceAll('+', '-')
}

interface Ids {
  generateId(): string
}

export const base64id: Ids = { generateId }

/** Earlier versions have them from a package of their own. */
const fromPackage: Ids = { generateId }
export default fromPackage
