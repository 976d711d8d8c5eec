'use client'
import type {
  AnyContract,
  At,
  Client,
  DataOut,
  EventName,
  Gap,
  HandlerArgs,
  MessageMeta,
  Room,
  RoomListened,
  ServerToClient,
} from '@roomful/client'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { type Buffered, type BufferOptions, createEventBuffer } from './event-buffer.ts'
import type { Heard } from './heard.ts'

/** An event of a room as a buffer keeps it. */
export type RoomItem<C extends AnyContract, E> = E extends 'gap'
  ? Gap
  : { readonly data: DataOut<At<RoomListened<C>, E>>; readonly meta: MessageMeta<C> }

/** An event of a client as a buffer keeps it: its data; several arguments as a tuple. */
export type ClientItem<C extends AnyContract, E> =
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
  /** How many more were dropped; called when that is shown. */
  readonly onOverflow?: ((dropped: number) => void) | undefined
}

export interface UseEventBuffer<Item> extends Buffered<Item> {
  readonly clear: () => void
}

/**
 * The events since it was mounted, oldest first, up to `max`; renders once a flush. Another room, event or option begins
 * again with none.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an option that cannot be meant.
 * @example
 * const { events, dropped } = useEventBuffer(room, 'message', { max: 200 })
 */
export function useEventBuffer<C extends AnyContract, E extends EventName<RoomListened<C>> | 'gap'>(
  room: Room<C> | undefined,
  event: E,
  options?: UseEventBufferOptions,
): UseEventBuffer<RoomItem<C, E>>
export function useEventBuffer<C extends AnyContract, E extends EventName<ServerToClient<C>>>(
  client: Client<C>,
  event: E,
  options?: UseEventBufferOptions,
): UseEventBuffer<ClientItem<C, E>>
export function useEventBuffer(
  heard: unknown,
  event: string,
  { flush, max, overflow, onOverflow }: UseEventBufferOptions = {},
): UseEventBuffer<unknown> {
  const buffer = useMemo(
    () => createEventBuffer(heard as Heard | undefined, event, { flush, max, overflow }),
    [heard, event, flush, max, overflow],
  )
  const { events, dropped } = useSyncExternalStore(buffer.subscribe, buffer.getState, buffer.getInitialState)
  const told = useRef(0)
  useEffect(() => {
    if (dropped > told.current) onOverflow?.(dropped - told.current)
    told.current = dropped
  }, [dropped, onOverflow])
  return { events, dropped, clear: buffer.clear }
}
