import type { ContractDefinition } from './contract-definition.ts'
import { RoomfulError, ValidationError } from './errors.ts'
import { eventIn, type EventSchemas, validate, validateEvent } from './validate.ts'

export type EventSection = 'clientToServer' | 'serverToClient' | 'room' | 'inbox'
export type ValueSection = 'user' | 'presence' | 'join'

/** Checks data against a contract. All data errors are `ValidationError`s. */
export interface ContractChecks {
  /** The event's schemas. Throws `INVALID_ARGUMENT`, and names the known events, for any other event. */
  find(section: EventSection, event: string): EventSchemas
  /** The same for data that is about to be sent, which has to fit. */
  check(section: EventSection, event: string, data: unknown): EventSchemas
  /** Data that arrived, parsed. Throws for an event that the section does not have, too. */
  parse(section: EventSection, event: string, data: unknown): unknown
  /** An answer to an event of the section, parsed; as it is where the event has no schema for it. */
  parseAck(section: EventSection, event: string, ack: unknown): unknown
  /** A user, a presence, or the params of a join, parsed; as it is where the contract has no schema for it. */
  parseValue(section: ValueSection, value: unknown): unknown
}

export function createChecks(definition: ContractDefinition): ContractChecks {
  const checks: ContractChecks = {
    find(section, event) {
      const schemas = eventIn(definition, section, event)
      if (schemas) return schemas
      const known = Object.keys(definition[section] ?? {}).join(', ') || 'none'
      const sentence = `unknown event "${event}": the contract's ${section} events are ${known}`
      throw new RoomfulError('INVALID_ARGUMENT', sentence)
    },
    check(section, event, data) {
      const schemas = checks.find(section, event)
      validateEvent(schemas, data, event)
      return schemas
    },
    parse(section, event, data) {
      const schemas = eventIn(definition, section, event)
      if (schemas) return validateEvent(schemas, data, event)
      throw new ValidationError(event, [{ message: `the contract has no such event in ${section}` }])
    },
    parseAck(section, event, ack) {
      const schema = eventIn(definition, section, event)?.ack
      return schema ? validate(schema, ack, event) : ack
    },
    parseValue(section, value) {
      const schema = definition[section]
      return schema ? validate(schema, value, section) : value
    },
  }
  return checks
}
