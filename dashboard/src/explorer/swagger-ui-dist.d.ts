declare module 'swagger-ui-dist/swagger-ui.css';
