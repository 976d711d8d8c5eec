let idCount = 0

/** Makes ids as Socket.IO does in Node: 20 characters, of 11 random bytes and a counter. */
function generateId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15))
  new DataView(bytes.buffer).setInt32(11, idCount++)
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('/', '_')
    .replaceAll('+', '-')
}

interface IdGenerator {
  generateId(): string
}

export const base64id: IdGenerator = { generateId }

/** For earlier versions of Socket.IO, which import the package `base64id`. */
const fromPackage: IdGenerator = { generateId }
export default fromPackage
