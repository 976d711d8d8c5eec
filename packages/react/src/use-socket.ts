'use client'
import type { AnyContract, Client } from '@roomful/client'
import type { UseSocket } from './types.ts'
import { useConnectionOf } from './use-connection.ts'

/** The connection's state and actions; see `Hooks`. */
export function useSocketOf<C extends AnyContract>(client: Client<C>): UseSocket<C> {
  const state = useConnectionOf(client)
  const { emit, send, emitWithAck, connect, disconnect } = client
  return { ...state, client, emit, send, emitWithAck, connect, disconnect }
}
