import { defineContract } from '@roomful/client'
import { z } from 'zod'

export const chat = defineContract({
  clientToServer: {
    whoami: { ack: z.object({ name: z.string() }) },
    viewed: z.object({ page: z.string() }),
    closed: z.object({ page: z.string() }),
  },
  serverToClient: {
    notice: z.object({ text: z.string() }),
    confirm: { data: z.object({ text: z.string() }), ack: z.boolean() },
  },
  room: { message: z.object({ text: z.string().min(1) }) },
  user: z.object({ id: z.string() }),
  presence: z.object({ status: z.enum(['online', 'away']) }),
})
