import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface TcpSwitch {
  readonly port: number
  readonly url: string
  /** New connections go to this port of 127.0.0.1. */
  target: number
  /** What the server answers is lost. */
  losesAnswers: boolean
  /** Connections with subscriptions get no messages any more, although their pings are answered. */
  losesMessages: boolean
  /** The connections of now pass nothing on any more, and their ends are not answered, as after a broken network. New ones work. */
  stall(): void
  /** Ends all connections. */
  cut(): void
}

/** The answer to a ping on a connection with subscriptions. */
const PONG = '*2\r\n$4\r\npong\r\n$0\r\n\r\n'

/** A TCP proxy to Redis that can lose answers, and whose target can change, as the address of a service does after a failover. */
export async function createTcpSwitch(target: number): Promise<TcpSwitch> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(control.target, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    let isSubscriber = false
    client.on('data', (data) => {
      isSubscriber ||= /\r\nS?SUBSCRIBE\r\n/i.test(String(data))
      if (isSubscriber && control.losesMessages && /\r\nPING\r\n/i.test(String(data))) client.write(PONG)
      else upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (!control.losesAnswers && !(isSubscriber && control.losesMessages)) client.write(data)
    })
  })
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const stall = (): void => {
    for (const socket of sockets) socket.pause()
  }
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    cut()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const control: TcpSwitch = {
    port,
    url: `redis://127.0.0.1:${port}`,
    target,
    losesAnswers: false,
    losesMessages: false,
    stall,
    cut,
  }
  return control
}
