import { defineContract } from '@roomful/contract'
import { z } from 'zod'

const room = {
  message: z.object({ text: z.string().min(1).max(4_000) }),
  length: z.string().transform((text) => text.length),
  anything: z.unknown(),
  note: z.string().optional(),
  bell: {},
  cursor: { data: z.object({ x: z.number(), y: z.number() }), volatile: true },
} as const

/** A contract whose users have names. */
export const chat = defineContract({
  room,
  user: z.object({ id: z.string(), name: z.string().default('unnamed') }),
  presence: z.object({ status: z.enum(['online', 'away']) }),
})

/** The same for guests. */
export const guestChat = defineContract({ room })

/** The user that a client names in `auth`, unchecked: the tests' `authenticate`. */
export function believe({ auth }: { readonly auth: Readonly<Record<string, unknown>> }): { id: string; name: string } {
  const { id = 'ann', name = id } = auth as { id?: string; name?: string }
  return { id, name }
}
