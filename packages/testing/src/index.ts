export type { Direction, FaultProxy, ProxyOptions } from './proxy.ts'
