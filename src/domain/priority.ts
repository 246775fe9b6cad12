/** The priorities, in the order in which they get the places of free workers. */
export const priorities = ['interactive', 'normal', 'bulk'] as const;

export type Priority = (typeof priorities)[number];

/** What is expected of a priority, in words. */
export const priorityRule = 'interactive, normal or bulk';

export function isPriority(text: string): text is Priority {
  return priorities.some((priority) => priority === text);
}
