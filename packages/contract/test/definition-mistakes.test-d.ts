import { type Contract, defineContract } from '@roomful/contract'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

test('mistakes in a definition do not compile', () => {
  expectTypeOf(defineContract({})).toEqualTypeOf<Contract<{}>>()
  defineContract({
    clientToServer: {
      // @ts-expect-error reserved by Socket.IO
      connect: z.string(),
    },
  })
  defineContract({
    room: {
      // @ts-expect-error reserved in rooms
      gap: z.string(),
    },
  })
  // outside rooms gap is an ordinary event
  defineContract({ serverToClient: { gap: z.string() } })
  defineContract({
    clientToServer: {
      // @ts-expect-error not a string
      404: z.string(),
    },
  })
  defineContract({
    clientToServer: {
      a: {
        // @ts-expect-error misspelt key
        dta: z.string(),
        ack: z.string(),
      },
    },
  })
  defineContract({
    clientToServer: {
      a: {
        data: z.string(),
        // @ts-expect-error only in rooms
        volatile: true,
      },
    },
  })
  defineContract({
    serverToClient: {
      a: {
        data: z.string(),
        // @ts-expect-error not a schema
        ack: String,
      },
    },
  })
  defineContract({
    room: {
      a: {
        data: z.string(),
        // @ts-expect-error a receipt is the answer
        ack: z.string(),
      },
    },
  })
  defineContract({
    room: {
      a: {
        // @ts-expect-error true, or left out
        volatile: false,
      },
    },
  })
  defineContract({
    // @ts-expect-error unknown section
    clientToSever: { a: z.string() },
  })
  defineContract({
    clientToServer: {
      a: {
        // @ts-expect-error not a schema
        data: String,
      },
    },
  })
  defineContract({
    clientToServer: {
      // @ts-expect-error not a schema
      a: 'string',
    },
  })
  defineContract({
    user: {
      // @ts-expect-error not a schema
      id: z.string(),
    },
  })
  defineContract({
    inbox: {
      // @ts-expect-error reserved in rooms
      gap: z.string(),
      a: {
        data: z.string(),
        // @ts-expect-error the server's messages are always kept
        volatile: true,
      },
    },
  })
  defineContract({
    room: {
      message: z.string(),
      wave: { volatile: true },
      edit: { data: z.object({ text: z.string() }), amends: 'message' },
      remove: { amends: 'message' },
      reaction: { data: z.object({ emoji: z.string() }), amends: 'message', key: 'emoji' },
      a: {
        // @ts-expect-error no event of the section
        amends: 'massage',
      },
      b: {
        // @ts-expect-error an amendment itself
        amends: 'edit',
      },
      c: {
        // @ts-expect-error not stored
        amends: 'wave',
      },
      d: {
        data: z.object({ emoji: z.string() }),
        amends: 'message',
        // @ts-expect-error no field of the data
        key: 'emoticon',
      },
    },
  })
  // @ts-expect-error not an object
  defineContract(null)
})
