import { defineContract } from '@roomful/contract'
import { z } from 'zod'

// Read this first: everything that the demo's browser and server say to each other over the socket.

const nameRule = 'expected 1 to 40 visible characters, without line breaks, control or text-direction characters'

/** A name that people read, of a person or a room: trimmed, of 1 to 40 code points, something of it visible. */
export const nameSchema = z
  .string({ error: nameRule })
  .trim()
  .normalize('NFC')
  .regex(/^(?=.*[\p{L}\p{N}\p{P}\p{S}])[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]{1,40}$/u, { error: nameRule })

/** Who somebody is, as the server's session says. */
export const userSchema = z.object({ id: z.string(), name: z.string() })

const anyJson = z.json()
/** `z.json()`, which by itself does not say what it expects. */
const jsonSchema = z.custom<z.infer<typeof anyJson>>((value) => anyJson.safeParse(value).success, {
  error: 'expected JSON data',
})
const roomSchema = z.object({ name: z.string() })
const tutorialRoomSchema = z.object({ room: z.string().min(1).max(200) })

export const chat = defineContract({
  clientToServer: {
    // The Flask-SocketIO tutorial's events. Its `join` and `leave` are plain events, and no way into the chat's rooms.
    message: z.string(),
    custom_event: z.object({ user: z.string(), action: z.string() }),
    broadcast: jsonSchema,
    join: tutorialRoomSchema,
    leave: tutorialRoomSchema,

    list_rooms: { ack: z.array(roomSchema) },
    create_room: { data: z.object({ name: nameSchema }), ack: roomSchema },
  },
  serverToClient: {
    message: z.string(),
    response_event: z.object({ message: z.string() }),
    broadcast_message: jsonSchema,
    room_message: z.string(),

    room_created: roomSchema,
  },
  room: {
    message: z.object({ text: z.string().min(1).max(4000) }),
  },
  user: userSchema,
  presence: z.object({ status: z.enum(['online', 'away']) }),
})
