/** Socket.IO encodes data recursively: some 5,000 levels overflow the stack of a server that emits them again. */
const MAX_NESTING = 2_000

/** Whether the JSON in a frame is nested so deeply that a function that walks it may overflow the stack. */
export function isNestedTooDeeply(frame: string): boolean {
  if (frame.length <= MAX_NESTING) return false
  let depth = 0
  for (let index = 0; index < frame.length; index += 1) {
    const code = frame.charCodeAt(index)
    if (code === QUOTE) index = endOfString(frame, index)
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      depth += 1
      if (depth > MAX_NESTING) return true
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth -= 1
  }
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The index of the quote that ends the string that begins at `start`; the end of the frame if none does. */
function endOfString(frame: string, start: number): number {
  let end = frame.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(frame, end)) end = frame.indexOf('"', end + 1)
  return end === -1 ? frame.length : end
}

function isEscaped(frame: string, index: number): boolean {
  let first = index
  while (frame.charCodeAt(first - 1) === BACKSLASH) first -= 1
  return (index - first) % 2 === 1
}
