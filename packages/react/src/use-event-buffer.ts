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
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { type Buffered, type BufferOptions, createEventBuffer } from './event-buffer.ts'
import type { Heard } from './heard.ts'
import { useMade } from './use-made.ts'

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
export function useEventBuffer<C extends AnyContract, E extends EventName<ServerToClient<C>>>(
  client: Client<C>,
  event: E,
  options?: UseEventBufferOptions,
): UseEventBuffer<ClientItem<C, E>>
export function useEventBuffer<C extends AnyContract, E extends EventName<RoomListened<C>> | 'gap'>(
  room: Room<C> | undefined,
  event: E,
  options?: UseEventBufferOptions,
): UseEventBuffer<RoomItem<C, E>>
export function useEventBuffer(
  heard: unknown,
  event: string,
  { flush, max, overflow, onOverflow }: UseEventBufferOptions = {},
): UseEventBuffer<unknown> {
  const isMessage = (heard as Heard | undefined)?.name !== undefined && event !== 'gap'
  const { subscribe, getState, getInitialState, clear } = useMade(
    () =>
      createEventBuffer<unknown>(heard as Heard | undefined, event, isMessage ? withMeta : dataOf, {
        flush,
        max,
        overflow,
      }),
    [heard, event, flush, max, overflow],
  )
  const { events, dropped, everDropped } = useSyncExternalStore(subscribe, getState, getInitialState)
  const told = useRef(0)
  useEffect(() => {
    if (everDropped > told.current) onOverflow?.(everDropped - told.current)
    told.current = everDropped
  }, [everDropped, onOverflow])
  return { events, dropped, clear }
}

function withMeta(data: unknown, meta: unknown): unknown {
  return { data, meta }
}

function dataOf(...args: unknown[]): unknown {
  return args.length > 1 ? args : args[0]
}
