/** dockerode's types under one name. */
export type { default as Docker } from 'dockerode';
