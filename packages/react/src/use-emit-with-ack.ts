'use client'
import type { AckedName, AckOut, AnyContract, At, Client, ClientToServer, EmitArgs } from '@roomful/client'
import { useSyncExternalStore } from 'react'
import { createQuestion } from './question.ts'
import { useMade } from './use-made.ts'
import { useNewest } from './use-newest.ts'

export interface UseEmitWithAck<Args extends readonly unknown[], Answer> {
  /**
   * Sends the event and gives the answer, as `client.emitWithAck` does; the newest call is the one that is shown. It sends
   * what it is given: `onClick={emit}` would send the click, so write `onClick={() => emit()}`.
   */
  readonly emit: (...args: Args) => Promise<Answer>
  readonly isPending: boolean
  /** Why the newest call failed. */
  readonly error: Error | undefined
  /** What the newest call was answered. */
  readonly data: Answer | undefined
}

/**
 * Sends an event that is answered, and shows what became of it. When unmounted or hidden, calls that run are aborted.
 * `timeoutMs` is in milliseconds, and the client's where none is given; a call has that of the render before it.
 *
 * @example
 * const { emit, isPending, error, data } = useEmitWithAck(client, 'whoami')
 */
export function useEmitWithAck<C extends AnyContract, E extends AckedName<ClientToServer<C>>>(
  client: Client<C>,
  event: E,
  { timeoutMs }: { readonly timeoutMs?: number | undefined } = {},
): UseEmitWithAck<EmitArgs<At<ClientToServer<C>, E>>, AckOut<At<ClientToServer<C>, E>>> {
  type Answer = AckOut<At<ClientToServer<C>, E>>
  const newest = useNewest(timeoutMs)
  const { emit, state } = useMade(
    () =>
      createQuestion((signal, args: EmitArgs<At<ClientToServer<C>, E>>): Promise<Answer> => {
        const timeout = newest.current === undefined ? {} : { timeoutMs: newest.current }
        return client.with({ signal, ...timeout }).emitWithAck(event, ...args)
      }),
    [client, event],
  )
  const { isPending, error, data } = useSyncExternalStore(state.subscribe, state.getState, state.getInitialState)
  return { emit, isPending, error, data }
}
