'use client'
import { useEmitWithAck } from './use-emit-with-ack.ts'
import { useEventBuffer } from './use-event-buffer.ts'
import { useEventReducer } from './use-event-reducer.ts'
import { useKeyedEvents } from './use-keyed-events.ts'
import { useLostConnection } from './use-lost-connection.ts'
import { useOutbox, useUnsentGuard } from './use-outbox.ts'

/** The hooks over a client that `createHooks(client, clientHooks)` binds beside the ones that it always binds. */
export const clientHooks: {
  readonly useEventReducer: typeof useEventReducer
  readonly useEventBuffer: typeof useEventBuffer
  readonly useKeyedEvents: typeof useKeyedEvents
  readonly useEmitWithAck: typeof useEmitWithAck
  readonly useOutbox: typeof useOutbox
  readonly useLostConnection: typeof useLostConnection
  readonly useUnsentGuard: typeof useUnsentGuard
} = { useEventReducer, useEventBuffer, useKeyedEvents, useEmitWithAck, useOutbox, useLostConnection, useUnsentGuard }
