'use client'
import type {
  AnyContract,
  At,
  Client,
  DataOut,
  EventName,
  Gap,
  HandlerArgs,
  Inbox,
  InboxEvents,
  InboxName,
  MessageMeta,
  RoomListened,
  ServerToClient,
} from '@roomful/client'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { type BufferedEvents, type BufferOptions, createEventBuffer } from './event-buffer.ts'
import type { EventSource } from './event-source.ts'
import type { MaybeRoom } from './types.ts'
import { useDisposable } from './use-disposable.ts'

/** An event of a room, as `useEventBuffer` keeps it. */
export type BufferedRoomEvent<C extends AnyContract, E> = E extends 'gap'
  ? Gap
  : { readonly data: DataOut<At<RoomListened<C>, E>>; readonly meta: MessageMeta<C> }

/** An event of the user's inbox, as `useEventBuffer` keeps it. */
export type BufferedInboxEvent<C extends AnyContract, E> = E extends 'gap'
  ? Gap
  : { readonly data: DataOut<At<InboxEvents<C>, E>>; readonly meta: MessageMeta<C> }

/** An event of a client, as `useEventBuffer` keeps it: its data, or a tuple where it has several arguments. */
export type BufferedClientEvent<C extends AnyContract, E> =
  HandlerArgs<At<ServerToClient<C>, E>> extends infer A extends readonly unknown[]
    ? A extends readonly []
      ? undefined
      : A extends readonly [infer Data]
        ? Data
        : number extends A['length']
          ? A[number]
          : A
    : never

export interface UseEventBufferOptions extends BufferOptions {
  /** Called after events were dropped, with the number of events since the last call. */
  readonly onOverflow?: ((dropped: number) => void) | undefined
}

export interface UseEventBuffer<Item> extends BufferedEvents<Item> {
  readonly clear: () => void
}

/**
 * The events since mounting, oldest first, at most `max`; renders once a flush. Another client, room, event or option
 * starts again with an empty buffer.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an invalid option.
 * @example
 * const { events, dropped } = useEventBuffer(room, 'message', { max: 200 })
 */
export function useEventBuffer<C extends AnyContract, E extends EventName<ServerToClient<C>>>(
  client: Client<C>,
  event: E,
  options?: UseEventBufferOptions,
): UseEventBuffer<BufferedClientEvent<C, E>>
/** The same for an event of the user's inbox, or `gap`. */
export function useEventBuffer<C extends AnyContract, E extends InboxName<C> | 'gap'>(
  inbox: Inbox<C>,
  event: E,
  options?: UseEventBufferOptions,
): UseEventBuffer<BufferedInboxEvent<C, E>>
/** The same for an event of a room, or `gap`. Without a room it stays empty. */
export function useEventBuffer<C extends AnyContract, E extends EventName<RoomListened<C>> | 'gap'>(
  room: MaybeRoom<C>,
  event: E,
  options?: UseEventBufferOptions,
): UseEventBuffer<BufferedRoomEvent<C, E>>
export function useEventBuffer(
  source: unknown,
  event: string,
  { flush, max, overflow, onOverflow }: UseEventBufferOptions = {},
): UseEventBuffer<unknown> {
  const eventSource = (source as EventSource | null) ?? undefined
  const itemOf = eventSource?.name !== undefined && event !== 'gap' ? withMeta : dataOf
  const { subscribe, getState, getInitialState, clear } = useDisposable(
    () => createEventBuffer<unknown>(eventSource, event, itemOf, { flush, max, overflow }),
    [eventSource, event, flush, max, overflow],
  )
  const { events, dropped, totalDropped } = useSyncExternalStore(subscribe, getState, getInitialState)
  const reported = useRef(0)
  useEffect(() => {
    if (totalDropped > reported.current) onOverflow?.(totalDropped - reported.current)
    reported.current = totalDropped
  }, [totalDropped, onOverflow])
  return { events, dropped, clear }
}

function withMeta(data: unknown, meta: unknown): unknown {
  return { data, meta }
}

function dataOf(...args: unknown[]): unknown {
  return args.length > 1 ? args : args[0]
}
