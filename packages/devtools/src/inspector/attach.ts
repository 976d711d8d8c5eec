import type { InspectEvent } from '@roomful/client'
import type { ClientInternals, SocketHandlers, SocketPort } from '@roomful/client/tools'
import type { RecorderInput } from '../recorder/recorder.ts'
import { FaultyPort } from './faulty-port.ts'

type Event = RecorderInput['event']

/** The inner side of a client that is recorded. */
export interface Attachment {
  readonly port: FaultyPort
  /** Puts the client's own functions back. Ends all faults. */
  detach(): void
}

/** Replaces the functions of a client's port and handlers, and its `inspect`, so that all that happens is recorded. */
export function attach({ settings, port, handlers }: ClientInternals, record: (event: Event) => void): Attachment {
  const own = { port: { ...port }, handlers: { ...handlers }, inspect: settings.inspect }
  const recorded = recordedHandlers(own.handlers, record)
  const faulty = new FaultyPort(own.port, recorded, (fault, detail) =>
    record({ type: 'fault', fault, ...(detail !== undefined && { detail }) }),
  )
  Object.assign(port, recordedPort(own.port, faulty, record))
  Object.assign(handlers, handlersInOrder(recorded, faulty))
  settings.inspect = (event) => {
    const state = stateEvent(event)
    if (state) record(state)
    own.inspect?.(event)
  }

  return {
    port: faulty,
    detach() {
      faulty.faults.end()
      faulty.flush()
      Object.assign(port, own.port)
      Object.assign(handlers, own.handlers)
      settings.inspect = own.inspect
    },
  }
}

/** The functions that the client calls. */
function recordedPort(own: SocketPort, faulty: FaultyPort, record: (event: Event) => void): Partial<SocketPort> {
  let calls = 0
  return {
    open(auth) {
      record({ type: 'attempt' })
      faulty.open(auth)
    },
    close(isStuck) {
      if (own.isReady()) record({ type: 'left' })
      faulty.close(isStuck)
    },
    emit(event, args, onLost) {
      faulty.emit(event, args, onLost)
      record({ type: 'out', event, args })
    },
    emitWithAck(event, args, settle) {
      const call = (calls += 1)
      const undo = faulty.emitWithAck(event, args, (values) => {
        if (values) record({ type: 'ack', event, args: values, call })
        settle(values)
      })
      record({ type: 'out', event, args, call })
      return undo
    },
  }
}

/** The client's own handlers, each with a record of the call. */
function recordedHandlers(own: SocketHandlers, record: (event: Event) => void): SocketHandlers {
  return {
    opened(id, recovered) {
      record({ type: 'opened', id, recovered })
      own.opened(id, recovered)
    },
    failed(error, refused) {
      record({ type: 'failed', error, refused })
      own.failed(error, refused)
    },
    closed(error, kicked, isDead) {
      record({ type: 'closed', error, kicked })
      own.closed(error, kicked, isDead)
    },
    packet(event, args) {
      const asks = typeof args.at(-1) === 'function'
      record({ type: 'in', event, args: asks ? args.slice(0, -1) : args, ...(asks && { asks }) })
      own.packet(event, args)
    },
    waiting(error) {
      record({ type: 'closed', error, kicked: false })
      own.waiting(error)
    },
    stopped(reason, error) {
      record({ type: 'closed', error, kicked: reason === 'kicked' })
      own.stopped(reason, error)
    },
    resumed: () => own.resumed(),
  }
}

/** The functions that the transport calls: each call is made behind the packets that are delayed. */
function handlersInOrder(to: SocketHandlers, faulty: FaultyPort): SocketHandlers {
  const end = (call: () => void): void =>
    faulty.inOrder(() => {
      call()
      faulty.ended()
    })
  return {
    opened: (...args) => faulty.inOrder(() => to.opened(...args)),
    failed: (...args) => end(() => to.failed(...args)),
    closed: (...args) => end(() => to.closed(...args)),
    packet: faulty.packet,
    waiting: (...args) => end(() => to.waiting(...args)),
    stopped: (...args) => end(() => to.stopped(...args)),
    resumed: () => faulty.inOrder(() => to.resumed()),
  }
}

/** What is recorded of `inspect`: packets are recorded at the port. */
function stateEvent(event: InspectEvent): Event | undefined {
  switch (event.type) {
    case 'connection': {
      const { from, to } = event
      return {
        type: 'connection',
        from: from.status,
        to: to.status,
        ...(to.reason && { reason: to.reason }),
        ...(to.error && { error: to.error }),
      }
    }
    case 'room': {
      const { room, from, to } = event
      return {
        type: 'room',
        room: String(room),
        from: from.status,
        to: to.status,
        ...(to.error && { error: to.error }),
      }
    }
    case 'drop': {
      const { direction, event: name, room, reason } = event
      return { type: 'drop', direction, event: name, ...(room !== undefined && { room: String(room) }), reason }
    }
    case 'answer':
      return { type: 'answer', event: event.event, args: event.args }
    case 'error':
      return { type: 'error', source: event.source, error: event.error }
    default:
      return undefined
  }
}
