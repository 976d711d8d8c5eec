import { isUtf8 } from 'node:buffer'
import { damaged } from './log-failure.ts'

/** JSON read as bytes: asked for a text that is not UTF-8 any more, the driver ends the process. */
export function parseStored(bytes: ArrayBuffer): unknown {
  if (!isUtf8(bytes)) throw damaged('a text is not UTF-8')
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    throw damaged('a text is not JSON')
  }
}
