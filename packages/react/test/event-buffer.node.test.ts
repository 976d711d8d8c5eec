import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createEventBuffer } from '../src/event-buffer.ts'
import type { EventSource } from '../src/event-source.ts'
import { createBell } from './support/bell.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test.each(['oldest', 'newest'] as const)(
  'a buffer holds at most twice `max` events between two flushes (it drops the %s)',
  async (overflow) => {
    const bell = createBell()
    const buffer = createEventBuffer(bell.client as unknown as EventSource, 'n', (n) => n, {
      max: 5,
      overflow,
      flush: 60_000,
    })
    const heard: WeakRef<object>[] = []
    const ring = () => {
      for (let n = 0; n < 100; n += 1) {
        const item = { n }
        heard.push(new WeakRef(item))
        bell.ring('n', item)
      }
    }
    const first = buffer.subscribe(() => {})
    ring()
    first() // shows the events
    const off = buffer.subscribe(() => {})
    ring()
    await new Promise((resolve) => setImmediate(resolve)) // until then, a WeakRef keeps its new target
    collect()
    expect(heard.filter((item) => item.deref() !== undefined)).toHaveLength(10)
    expect(buffer.getState().events).toHaveLength(5)
    off()
    expect(buffer.getState()).toMatchObject({ dropped: 195 })
  },
)
