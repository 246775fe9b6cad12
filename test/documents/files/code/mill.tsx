import type { FC } from 'react';

interface Props {
  number: number;
}

export const Gate: FC<Props> = ({ number }) => <p>{number}</p>;
