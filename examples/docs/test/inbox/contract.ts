import { defineContract } from '@roomful/client'
import { z } from 'zod'

/** What a client may send. `to` is a user's id. */
export const directMessage = z.object({ to: z.string().min(1).max(128), text: z.string().max(4_000) })

export const shop = defineContract({
  inbox: {
    note: z.object({ text: z.string() }),
    directMessage: z.object({ from: z.string(), text: z.string() }),
  },
  clientToServer: { directMessage: { data: directMessage, ack: z.boolean() } },
  user: z.object({ id: z.string() }),
})
