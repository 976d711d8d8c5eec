import { defineContract, typeOnly } from '@roomful/contract'
import * as v from 'valibot'
import { z } from 'zod'

/** One event of every kind, in each of its forms. */
const chat = defineContract({
  clientToServer: {
    message: z.string(),
    custom_event: z.object({ user: z.string(), action: z.string() }),
    ping: {},
    pong: { data: z.void() },
    whoami: { ack: z.object({ userId: z.string() }) },
    search: {
      data: z.object({ text: z.string(), limit: z.number().default(10) }),
      ack: z.object({ at: z.string().transform((text) => new Date(text)) }),
    },
    note: z.string().optional(),
    typed: typeOnly<{ a: 1 }>(),
    typed_ack: { data: typeOnly<number>(), ack: typeOnly<string[]>() },
    valibot: { data: v.object({ n: v.pipe(v.string(), v.transform(Number)) }), ack: v.number() },
    anything: z.any(),
    unknown: z.unknown(),
    remark: { data: v.optional(v.string()), ack: v.boolean() },
  },
  serverToClient: {
    response_event: z.object({ message: z.string() }),
    stamp: z.string().transform((text) => new Date(text)),
    tick: {},
    anything: typeOnly<any>(),
    valibot: { data: v.pipe(v.string(), v.transform(Number)) },
    question: { data: z.string(), ack: z.string().transform((text) => new Date(text)) },
    ready: { ack: z.boolean() },
    seen: { ack: z.void() },
  },
  room: {
    message: z.object({ text: z.string().min(1), tags: z.array(z.string()).default([]) }),
    reaction: { data: v.object({ emoji: v.string(), to: v.optional(v.number(), 0) }) },
    cursor: { data: z.object({ x: z.number(), y: z.number() }), volatile: true },
    wave: { volatile: true },
    bell: {},
  },
  inbox: { note: z.object({ text: z.string(), at: z.string().transform((text) => new Date(text)) }), ping: {} },
  user: typeOnly<{ id: string; name: string }>(),
  presence: z.object({ status: z.enum(['online', 'away']).default('online') }),
  join: z.object({ invite: z.string(), since: z.string().transform((text) => new Date(text)) }),
})
export type Chat = typeof chat
