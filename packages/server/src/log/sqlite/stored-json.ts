import { isUtf8 } from 'node:buffer'
import { damaged } from './log-failure.ts'

/** Parses JSON that was read as bytes: the driver ends the process when it reads damaged UTF-8 as text. */
export function parseStored(bytes: ArrayBuffer): unknown {
  if (!isUtf8(bytes)) throw damaged('a text is not UTF-8')
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    throw damaged('a text is not JSON')
  }
}
