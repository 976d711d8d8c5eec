import { type AnyContract, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { Client } from '@roomful/client'
import { internalsOf } from '@roomful/client/tools'
import { MAX_TRACE_ENTRIES, TRACE_FORMAT, TRACE_VERSION } from '@roomful/testing/trace'
import { maskEntry } from '../recorder/mask-entry.ts'
import { Recorder, type RecorderLimits } from '../recorder/recorder.ts'
import { attach } from './attach.ts'
import { createFaults } from './create-faults.ts'
import type { Inspector } from './inspector-types.ts'
import { addressOf, snapshotOf } from './snapshot.ts'

export type InspectorOptions = RecorderLimits

type Shared = Omit<Inspector, 'close'> & { readonly end: () => void; uses: number }

/** A client has one recording, however many inspectors are open. */
const shared = new WeakMap<object, Shared>()

/**
 * Records a client from now on: packets, changes of states, drops, errors. It works in any build, and has no user interface.
 * Another inspector of the same client has the same recording and the same faults; the options of the first one count.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for anything but a client, and for a limit out of range.
 * @example
 * const inspector = createInspector(client)
 * inspector.faults.latency(2_000)
 * const trace = inspector.trace()
 */
export function createInspector<C extends AnyContract>(client: Client<C>, options: InspectorOptions = {}): Inspector {
  const inspector = shared.get(client) ?? start(client as unknown as Client, options)
  shared.set(client, inspector)
  inspector.uses += 1
  let isOpen = true
  return Object.create(inspector, {
    close: {
      value: () => {
        if (!isOpen) return
        isOpen = false
        inspector.uses -= 1
        if (inspector.uses > 0) return
        shared.delete(client)
        inspector.end()
      },
    },
  }) as Inspector
}

function start(client: Client, { maxEntries, maxBytes }: InspectorOptions): Shared {
  assertLimit('maxEntries', maxEntries, MAX_TRACE_ENTRIES)
  assertLimit('maxBytes', maxBytes, 256 * 1024 * 1024)
  const internals = internalsOf(client)
  const recorder = new Recorder({
    ...(maxEntries !== undefined && { maxEntries }),
    ...(maxBytes !== undefined && { maxBytes }),
  })
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  const startedAt = Date.now()
  const clockStart = performance.now()
  const record = (event: Parameters<Recorder['step']>[0]['event']): void => {
    recorder.step({ at: Math.max(0, Math.round((performance.now() - clockStart) * 10) / 10), event })
    changed()
  }
  const attachment = attach(internals, record)
  const unsubscribe = client.outbox.subscribe(({ queued, sending }) => record({ type: 'queue', queued, sending }))

  return {
    uses: 0,
    get entries() {
      return recorder.entries
    },
    get dropped() {
      return recorder.dropped
    },
    faults: createFaults(client, attachment.port, internals.settings.existingSocket !== undefined, (fault, detail) =>
      record({ type: 'fault', fault, ...(detail !== undefined && { detail }) }),
    ),
    snapshot: () => snapshotOf(client, internals, recorder.roundTrip),
    subscribe(listener) {
      const own = (): void => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    clear() {
      recorder.clear()
      changed()
    },
    trace({ withData = false } = {}) {
      const entries = recorder.entries.map(({ entry }) => (withData ? entry : maskEntry(entry)))
      return {
        format: TRACE_FORMAT,
        version: TRACE_VERSION,
        startedAt,
        url: addressOf(internals.settings.url),
        rooms: internals.settings.rooms.kind,
        data: withData ? 'included' : 'masked',
        dropped: recorder.dropped,
        entries,
      }
    },
    end() {
      unsubscribe()
      attachment.detach()
      listeners.clear()
    },
  }
}

function assertLimit(name: string, value: unknown, most: number): void {
  const isFine = value === undefined || (typeof value === 'number' && value >= 1 && value <= most)
  if (!isFine)
    throw new RoomfulError('INVALID_ARGUMENT', `${name}: expected a number from 1 to ${most}, got ${describe(value)}`)
}
