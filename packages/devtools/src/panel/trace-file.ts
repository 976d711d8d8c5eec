import { RoomfulError } from '@roomful/contract'
import { MAX_TRACE_LENGTH, parseTrace, type Trace } from '@roomful/testing/trace'

/** Lets the browser save a trace as a file. */
export function saveTrace(trace: Trace): void {
  const blob = new Blob([`${JSON.stringify(trace)}\n`], { type: 'application/json' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `roomful-${new Date().toISOString().slice(0, 19).replace(/:/g, '-')}.trace.json`
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Reads a file; rejects with `INVALID` and a sentence for anything but a trace. */
export async function openTrace(file: Blob): Promise<Trace> {
  // Before it is read: a file may be larger than the memory.
  if (file.size > MAX_TRACE_LENGTH)
    throw new RoomfulError('INVALID', `not a trace: expected ${MAX_TRACE_LENGTH} bytes at most, got ${file.size}`)
  return parseTrace(await file.text())
}
