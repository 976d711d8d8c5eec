'use client'
import type { AnyContract, Client } from '@roomful/client'
import { useEffect } from 'react'
import type { UseSocket } from './types.ts'
import { useReadable } from './use-readable.ts'

/** The connection's state and actions; see `Hooks`. */
export function useSocketOf<C extends AnyContract>(client: Client<C>): UseSocket<C> {
  const state = useReadable(client.connection)
  useEffect(() => client.autoConnect(), [client])
  const { emit, send, emitWithAck, connect, disconnect } = client
  return { ...state, client, emit, send, emitWithAck, connect, disconnect }
}
