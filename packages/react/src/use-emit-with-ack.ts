'use client'
import type { AckedName, AckOut, AnyContract, At, Client, ClientToServer, EmitArgs } from '@roomful/client'
import { useSyncExternalStore } from 'react'
import { createRequest } from './request.ts'
import { useDisposable } from './use-disposable.ts'
import { useLatest } from './use-latest.ts'

export interface UseEmitWithAck<Args extends readonly unknown[], Answer> {
  /**
   * Sends the event and resolves with the answer, like `client.emitWithAck`. Write `onClick={() => void emitWithAck()}`:
   * with `onClick={emitWithAck}` the click event would be sent. Rejects with the codes of `client.emitWithAck`; a failure
   * that no code handles is not an unhandled rejection, since `error` shows it.
   */
  readonly emitWithAck: (...args: Args) => Promise<Answer>
  /** Clears `error` and `data`. A pending call continues, but its result is not shown. */
  readonly reset: () => void
  /** Whether the newest call has no answer yet. */
  readonly isPending: boolean
  /** The reason why the newest call failed. */
  readonly error: Error | undefined
  /** The answer to the newest call. */
  readonly data: Answer | undefined
}

export interface UseEmitWithAckOptions {
  /** Milliseconds until a call rejects with `TIMEOUT`; a new value is for the next call. @default the client's `ackTimeoutMs` */
  readonly timeoutMs?: number | undefined
}

/**
 * Sends an event that the server answers, and shows the state of the newest call. Pending calls are aborted when the
 * component is unmounted or hidden. Another client or event starts again.
 *
 * @example
 * const { emitWithAck, isPending, error, data } = useEmitWithAck(client, 'whoami')
 */
export function useEmitWithAck<C extends AnyContract, E extends AckedName<ClientToServer<C>>>(
  client: Client<C>,
  event: E,
  { timeoutMs }: UseEmitWithAckOptions = {},
): UseEmitWithAck<EmitArgs<At<ClientToServer<C>, E>>, AckOut<At<ClientToServer<C>, E>>> {
  type Answer = AckOut<At<ClientToServer<C>, E>>
  const latest = useLatest(timeoutMs)
  const { emitWithAck, reset, state } = useDisposable(
    () =>
      createRequest((signal, args: EmitArgs<At<ClientToServer<C>, E>>): Promise<Answer> => {
        const timeout = latest.current === undefined ? {} : { timeoutMs: latest.current }
        return client.with({ signal, ...timeout }).emitWithAck(event, ...args)
      }),
    [client, event],
  )
  const { isPending, error, data } = useSyncExternalStore(state.subscribe, state.getState, state.getInitialState)
  return { emitWithAck, reset, isPending, error, data }
}
