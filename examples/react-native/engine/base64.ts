const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function toBase64(data: ArrayBuffer | ArrayBufferView): string {
  const bytes =
    data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.subarray(index, index + 3)
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(bits >> shift) & 63])
    text += [digits[0], digits[1], b === undefined ? '=' : digits[2], c === undefined ? '=' : digits[3]].join('')
  }
  return text
}

export function fromBase64(text: string): ArrayBuffer {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const digit of text) {
    if (digit === '=') break
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xff_ffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 255)
  }
  return Uint8Array.from(bytes).buffer
}
