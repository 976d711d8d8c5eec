import { defineContract } from '@roomful/client'
import { z } from 'zod'

export const shop = defineContract({
  inbox: {
    note: z.object({ text: z.string() }),
    directMessage: z.object({ from: z.string(), text: z.string() }),
  },
  clientToServer: { directMessage: { data: z.object({ to: z.string(), text: z.string() }), ack: z.boolean() } },
  user: z.object({ id: z.string() }),
})
