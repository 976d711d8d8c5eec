'use client'
import type { AnyContract, Client, OutboxStatus } from '@roomful/client'
import { framed } from './framed.ts'
import { useSelected } from './use-selected.ts'

/** How many messages the server has not confirmed, and where they wait; renders at most once a frame. */
export function useOutbox<C extends AnyContract>(client: Client<C>): OutboxStatus {
  return useSelected(framed(client.outbox))
}
