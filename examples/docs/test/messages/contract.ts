import { defineContract } from '@roomful/client'
import { z } from 'zod'

const text = z.object({ text: z.string().min(1).max(4_000) })

export const chat = defineContract({
  room: {
    message: text,
    edit: { data: text, amends: 'message' },
    remove: { amends: 'message' },
    reaction: { data: z.object({ emoji: z.string().max(16), on: z.boolean() }), amends: 'message', key: 'emoji' },
  },
  user: z.object({ id: z.string() }),
})
