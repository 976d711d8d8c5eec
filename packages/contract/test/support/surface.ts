import type {
  AckedName,
  AckOut,
  AnyContract,
  At,
  ClientToServer,
  DataArgs,
  DataIn,
  DataOut,
  DurableName,
  EmitArgs,
  EventName,
  HandlerArgs,
  HandlerResult,
  RoomEmitted,
  RoomListened,
  ServerToClient,
  VolatileName,
} from '@roomful/contract'

/** The methods of a client and its rooms, as types only, to test the inference types. */
export interface Surface<C extends AnyContract> {
  emit<E extends EventName<ClientToServer<C>>>(event: E, ...args: EmitArgs<At<ClientToServer<C>, E>>): void
  emitWithAck<E extends AckedName<ClientToServer<C>>>(
    event: E,
    ...args: EmitArgs<At<ClientToServer<C>, E>>
  ): Promise<AckOut<At<ClientToServer<C>, E>>>
  on<E extends EventName<ServerToClient<C>>>(
    event: E,
    handler: (...args: HandlerArgs<At<ServerToClient<C>, E>>) => HandlerResult<At<ServerToClient<C>, E>>,
  ): void
  readonly room: {
    emit<E extends DurableName<RoomEmitted<C>>>(event: E, ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>): void
    emitVolatile<E extends VolatileName<RoomEmitted<C>>>(
      event: E,
      ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>
    ): void
    on<E extends EventName<RoomListened<C>>>(event: E, handler: (data: DataOut<At<RoomListened<C>, E>>) => void): void
  }
}
