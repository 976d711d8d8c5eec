import { defineContract } from '@roomful/contract'
import { z } from 'zod/mini'

// Read this first: all events between the demo's browser app and its server. `zod/mini` is the small form of Zod.

const nameRule =
  'expected 1 to 40 visible characters, without line breaks, control, text-direction or invisible characters'

/**
 * The name of a person or a room: trimmed, 1 to 40 code points, at least one of them visible. Of the invisible characters only
 * those are allowed that scripts and emoji need: ZWNJ, ZWJ and the variation selectors.
 */
export const nameSchema = z.string({ error: nameRule }).check(
  z.maxLength(1000, { error: nameRule, abort: true }), // normalizing and matching a text of megabytes would take long
  z.trim(),
  z.normalize('NFC'),
  z.regex(
    /^(?=.*[\p{L}\p{N}\p{P}\p{S}])(?:[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{DI}]|\u200c|\u200d|\ufe0e|\ufe0f){1,40}$/u,
    { error: nameRule },
  ),
)

/** The name of a room: does not begin with `$`, since such names are reserved. */
export const roomNameSchema = nameSchema.check(
  z.regex(/^[^$]/, { error: 'expected a name that does not begin with $' }),
)

/** A user, as the server's session identifies them. */
export const userSchema = z.object({ id: z.string(), name: z.string() })

const anyJson = z.json()
/** `z.json()` with an error message that says what was expected. */
const jsonSchema = z.custom<z.infer<typeof anyJson>>((value) => anyJson.safeParse(value).success, {
  error: 'expected JSON data',
})
const roomSchema = z.object({ name: z.string() })
const tutorialRoomSchema = z.object({ room: z.string().check(z.minLength(1), z.maxLength(200)) })

/** The most characters of a message. */
export const MAX_TEXT_LENGTH = 4000

export const chat = defineContract({
  clientToServer: {
    // The events of the Flask-SocketIO tutorial. Its `join` and `leave` are plain events and do not join the chat's rooms.
    message: z.string(),
    custom_event: z.object({ user: z.string(), action: z.string() }),
    broadcast: jsonSchema,
    join: tutorialRoomSchema,
    leave: tutorialRoomSchema,

    list_rooms: { ack: z.array(roomSchema) },
    create_room: { data: z.object({ name: roomNameSchema }), ack: roomSchema },
  },
  serverToClient: {
    message: z.string(),
    response_event: z.object({ message: z.string() }),
    broadcast_message: jsonSchema,
    room_message: z.string(),

    room_created: roomSchema,
  },
  room: {
    message: z.object({ text: z.string().check(z.minLength(1), z.maxLength(MAX_TEXT_LENGTH)) }),
  },
  user: userSchema,
  presence: z.object({ status: z.enum(['online', 'away']) }),
})
