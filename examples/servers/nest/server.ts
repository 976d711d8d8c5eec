// The tutorial's events, acks and rooms on a NestJS gateway; rooms that lose nothing by @roomful/server.
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
} from '@nestjs/websockets'
import { defineContract, typeOnly } from '@roomful/contract'
import { createRooms } from '@roomful/server'
import type { Server, Socket } from 'socket.io'

const contract = defineContract({ room: { message: typeOnly<{ text: string }>() } })

@WebSocketGateway({ cors: { origin: '*' } })
class TutorialGateway implements OnGatewayInit, OnGatewayConnection {
  @WebSocketServer()
  private readonly io!: Server

  afterInit(io: Server): void {
    createRooms(io, { contract })
    io.use((socket, next) => {
      const { refuse } = socket.handshake.auth as { refuse?: string }
      if (!refuse) return next()
      next(Object.assign(new Error('no'), { data: { code: 'FORBIDDEN', reason: refuse } }))
    })
  }

  handleConnection(socket: Socket): void {
    socket.data = { numbers: [] }
  }

  @SubscribeMessage('message')
  message(@MessageBody() text: string): void {
    this.io.send(`Server received: ${text}`)
  }

  @SubscribeMessage('custom_event')
  customEvent(): void {
    this.io.emit('response_event', { message: 'Processed' })
  }

  @SubscribeMessage('broadcast')
  broadcast(@MessageBody() data: unknown): void {
    this.io.emit('broadcast_message', data)
  }

  // A gateway acknowledges an event with what its handler returns. A handler without a value acknowledges nothing.
  @SubscribeMessage('join')
  async join(@MessageBody() { room }: { room: string }, @ConnectedSocket() socket: Socket): Promise<object | void> {
    if (room === 'private') return { error: 'members only' }
    await socket.join(room)
    this.io.to(room).emit('room_message', `User joined ${room}`)
  }

  @SubscribeMessage('leave')
  async leave(@MessageBody() { room }: { room: string }, @ConnectedSocket() socket: Socket): Promise<void> {
    await socket.leave(room)
    this.io.to(room).emit('room_message', `User left ${room}`)
  }

  @SubscribeMessage('rooms')
  rooms(@ConnectedSocket() socket: Socket): number {
    return socket.rooms.size - 1 // one is the connection's own
  }

  @SubscribeMessage('number')
  number(@MessageBody() number: number, @ConnectedSocket() socket: Socket): void {
    socket.data.numbers.push(number)
  }

  @SubscribeMessage('numbers')
  numbers(@ConnectedSocket() socket: Socket): number[] {
    return socket.data.numbers
  }

  @SubscribeMessage('nothing')
  nothing(): void {}

  @SubscribeMessage('value')
  value(@MessageBody() data: unknown): unknown {
    return data
  }

  @SubscribeMessage('tuple')
  tuple(@MessageBody() [first, second]: [number, string], @Ack() ack: (...values: unknown[]) => void): void {
    ack(first, second)
  }

  @SubscribeMessage('failure')
  failure(): void {
    throw new WsException('this handler always fails')
  }

  @SubscribeMessage('ask_me')
  async askMe(@MessageBody() question: string, @ConnectedSocket() socket: Socket): Promise<void> {
    socket.emit('answered', await socket.emitWithAck('question', question))
  }
}

@Controller()
class UpController {
  @Get()
  up(): string {
    return 'up'
  }
}

@Module({ controllers: [UpController], providers: [TutorialGateway] })
class AppModule {}

const app = await NestFactory.create(AppModule)
await app.listen(process.env.PORT ?? 3000, '127.0.0.1')
console.log(await app.getUrl())
