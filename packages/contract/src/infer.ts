import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Target } from './amendments.ts'
import type { AnyContract, Contract } from './define-contract.ts'

// Types inferred from a contract. Lists of names are made by key remapping, so that a compiler's message prints the names;
// a member is picked by `M[E & keyof M]`, since a remapped name cannot index directly. `any` is tested first, since it
// takes both branches of a condition, and matches `void` and functions alike.

/** Whether a type is `any`. */
export type IsAny<T> = 0 extends 1 & T ? true : false
type Definition<C> = C extends Contract<infer D> ? D : never
type Section<D, K extends string> = K extends keyof D ? NonNullable<D[K]> : {}
/** The events that clients emit to the server. */
export type ClientToServer<C extends AnyContract> = Section<Definition<C>, 'clientToServer'>
/** The events that the server emits to clients. */
export type ServerToClient<C extends AnyContract> = Section<Definition<C>, 'serverToClient'>
type RoomSection<D, Direction extends 'on' | 'emit'> = D extends { readonly '~room': infer R }
  ? R[Direction & keyof R]
  : Section<D, 'room'>
/** The events that members of a room receive. */
export type RoomListened<C extends AnyContract> = RoomSection<Definition<C>, 'on'>
/** The events that members of a room emit. */
export type RoomEmitted<C extends AnyContract> = RoomSection<Definition<C>, 'emit'>

type InboxSection<D> = D extends { readonly '~room': unknown } ? RoomSection<D, 'on'> : Section<D, 'inbox'>
/** The events of a user's inbox, which the server emits. Without a contract these are the events that rooms have. */
export type InboxEvents<C extends AnyContract> = InboxSection<Definition<C>>

/** The event of a section, by name. */
export type At<M, E> = M[E & keyof M]
/** The names of a section's events. */
export type EventName<M> = Names<{ [E in keyof M as E]: 0 }>

/** Marks an event that comes from Socket.IO's own maps: a listener instead of schemas. */
export interface ListenerShape<F> {
  readonly '~listener': F
}
// oxlint-disable-next-line typescript/no-explicit-any -- any listener at all
type AnyFunction = (...args: any[]) => any
// oxlint-disable-next-line typescript/no-explicit-any -- untyped use stays untyped
type Untyped = any

/** An event's schema for its data or its ack; never where it has none. */
export type SchemaOf<E, K extends 'data' | 'ack'> = E extends StandardSchemaV1
  ? K extends 'data'
    ? E
    : never
  : K extends keyof E
    ? Extract<E[K], StandardSchemaV1>
    : never
/** The input of a schema; void without a schema. */
export type InputOf<S> = [S] extends [never]
  ? void
  : S extends StandardSchemaV1
    ? StandardSchemaV1.InferInput<S>
    : never
type OutputOf<S> = [S] extends [never] ? void : S extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<S> : never

/** No argument for an event without data, an optional one where `undefined` is allowed. */
export type DataArgs<T> =
  IsAny<T> extends true
    ? [data?: Untyped]
    : [T] extends [void | undefined]
      ? []
      : undefined extends T
        ? [data?: T]
        : [data: T]
type HandledArgs<T> = IsAny<T> extends true ? [data: Untyped] : [T] extends [void | undefined] ? [] : [data: T]

type ListenerArgs<F> = IsAny<F> extends true ? Untyped[] : F extends AnyFunction ? Parameters<F> : never
/** `(...args: any[])`: the arguments are not known, so they may include an ack. */
type IsOpen<A extends readonly unknown[]> = number extends A['length'] ? IsAny<A[number]> : false
/** The function that a listener takes as its last argument, if any. */
type AckOf<A extends readonly unknown[]> =
  Required<A> extends readonly [...unknown[], infer Last]
    ? IsAny<Last> extends true
      ? never
      : Extract<Last, AnyFunction>
    : never
type WithoutAck<A extends readonly unknown[]> = [AckOf<A>] extends [never]
  ? A
  : A extends readonly [...infer Rest, unknown?]
    ? Rest
    : A
type First<A> = A extends readonly unknown[] ? A[0] : never
/** A single value is the answer itself; several values are a tuple. */
type AckValue<A extends readonly unknown[]> = A extends readonly []
  ? void
  : number extends A['length']
    ? Untyped
    : Required<A> extends readonly [unknown]
      ? A[0]
      : A

/** The arguments of `emit` after the event's name. */
export type EmitArgs<E> =
  IsAny<E> extends true
    ? Untyped[]
    : E extends ListenerShape<infer F>
      ? WithoutAck<ListenerArgs<F>>
      : DataArgs<InputOf<SchemaOf<E, 'data'>>>
/** The arguments of a handler. */
export type HandlerArgs<E> =
  IsAny<E> extends true
    ? Untyped[]
    : E extends ListenerShape<infer F>
      ? ListenerArgs<F>
      : HandledArgs<OutputOf<SchemaOf<E, 'data'>>>

/** Several arguments: the client's options choose the data at run time, so its type is `any`. */
type OnlyOf<A extends readonly unknown[]> = number extends A['length']
  ? First<A>
  : Required<A> extends readonly [] | readonly [unknown]
    ? First<A>
    : Untyped
type ListenerData<F> = OnlyOf<WithoutAck<ListenerArgs<F>>>
/** Any message of a timeline or meta of a message can be given; one that is not confirmed yet is refused. */
interface TargetIn {
  readonly epoch: string | undefined
  readonly seq: number | undefined
}
type WithTarget<E, Data, T> = E extends { readonly amends: string }
  ? { readonly target: T } & ([Data] extends [void] ? unknown : Data)
  : Data
/** The data of a room event, as it is emitted (the schema's input); of an amendment with the `target`. */
export type DataIn<E> =
  E extends ListenerShape<infer F> ? ListenerData<F> : WithTarget<E, InputOf<SchemaOf<E, 'data'>>, TargetIn>
/** The data of a room event, as it is received (the schema's output); of an amendment with the `target`. */
export type DataOut<E> =
  E extends ListenerShape<infer F> ? ListenerData<F> : WithTarget<E, OutputOf<SchemaOf<E, 'data'>>, Target>

type ListenerAnswer<A extends readonly unknown[]> =
  IsOpen<A> extends true
    ? Untyped
    : [AckOf<A>] extends [never]
      ? never
      : AckOf<A> extends (...args: infer Values) => unknown
        ? AckValue<Values>
        : never
/** An event's answer, as the server gives it (the schema's input). */
export type AckIn<E> = E extends ListenerShape<Untyped> ? AckOut<E> : InputOf<SchemaOf<E, 'ack'>>
/** An event's answer, as the client gets it (the schema's output). */
export type AckOut<E> =
  E extends ListenerShape<infer F> ? ListenerAnswer<ListenerArgs<F>> : OutputOf<SchemaOf<E, 'ack'>>
type ListenerHasAck<A extends readonly unknown[]> =
  IsOpen<A> extends true ? true : [AckOf<A>] extends [never] ? false : true
/** What a handler of a client returns: nothing, or the event's answer (the schema's input), now or later. */
export type HandlerResult<E> =
  IsAny<E> extends true
    ? Untyped
    : E extends ListenerShape<Untyped>
      ? void
      : E extends { readonly ack: StandardSchemaV1 }
        ? AckIn<E> | void | Promise<AckIn<E> | void>
        : void
/** Whether an event has an ack. */
export type HasAck<E> =
  IsAny<E> extends true
    ? true
    : E extends ListenerShape<infer F>
      ? ListenerHasAck<ListenerArgs<F>>
      : E extends StandardSchemaV1
        ? false
        : E extends { readonly ack: StandardSchemaV1 }
          ? true
          : false

type Names<M> = M extends unknown ? Extract<keyof M, string> : never
/** The names of events with an ack. */
export type AckedName<M> = Names<{ [E in keyof M as HasAck<M[E]> extends true ? E : never]: 0 }>
type IsVolatile<E> =
  E extends ListenerShape<Untyped>
    ? 'either'
    : E extends StandardSchemaV1
      ? false
      : E extends { readonly volatile: true }
        ? true
        : false
/** The names of durable room events, which are stored in order. */
export type DurableName<M> = Names<{ [E in keyof M as IsVolatile<M[E]> extends true ? never : E]: 0 }>
/** The names of volatile room events, which are never stored or queued. */
export type VolatileName<M> = Names<{ [E in keyof M as IsVolatile<M[E]> extends false ? never : E]: 0 }>

/** The names of a section's events that amend the event `A`. */
export type AmendingName<M, A> = Names<{ [E in keyof M as M[E] extends { readonly amends: A } ? E : never]: 0 }>
/** The event that an event amends; never for other events. */
export type AmendedName<E> = E extends { readonly amends: infer A extends string } ? A : never

/** Any value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

type SectionOutput<C extends AnyContract, K extends string, Otherwise> =
  IsAny<Definition<C>> extends true
    ? Untyped
    : K extends keyof Definition<C>
      ? OutputOf<Extract<Definition<C>[K], StandardSchemaV1>>
      : Otherwise
type SectionInput<C extends AnyContract, K extends string, Otherwise> = K extends keyof Definition<C>
  ? InputOf<Extract<Definition<C>[K], StandardSchemaV1>>
  : Otherwise
/** A user, as the contract's `user` schema gives it out; without a schema, an object with an `id`. */
export type User<C extends AnyContract> = SectionOutput<C, 'user', { readonly id: string }>
/** A user, as `authenticate` returns it. */
export type UserInput<C extends AnyContract> = SectionInput<C, 'user', { readonly id: string }>
/** The presence of a member, as others read it; any JSON where the contract has no `presence` schema. */
export type Presence<C extends AnyContract> = SectionOutput<C, 'presence', Json>
/** The presence of a member, as a client sets it; any JSON where the contract has no `presence` schema. */
export type PresenceInput<C extends AnyContract> = SectionInput<C, 'presence', Json>
/** The params of a join, as `authorize.join` gets them; any JSON, or undefined, where the contract has no `join` schema. */
export type JoinParams<C extends AnyContract> = SectionOutput<C, 'join', Json | undefined>
/** The params of a join, as a client writes them; any JSON, or undefined, where the contract has no `join` schema. */
export type JoinParamsInput<C extends AnyContract> = SectionInput<C, 'join', Json | undefined>

/**
 * The receipt of a sent room message. `confirmed: true`: the server stored it, at place `seq`. `confirmed: false`: a plain
 * server cannot confirm; the message was handed to the connection.
 */
export type Receipt =
  | { readonly confirmed: true; readonly id: string; readonly seq: number; readonly at: number }
  | { readonly confirmed: false; readonly id: string }
