import React from 'react';

export const Gate = ({ number }) => <p className="gate">{number}</p>;
