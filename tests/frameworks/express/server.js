import { clerkMiddleware, getAuth } from '@clerk/express';
import express from 'express';
import { webhooks } from './webhooks.js';

const app = express();

// Before express.json(), which would take the bytes away, and before whatever asks for a sign-in.
app.use(webhooks);

app.use(express.json());
app.use(clerkMiddleware());

app.get('/', (request, response) => {
  response.send('Open to everybody');
});
app.get('/private', (request, response) => {
  if (!getAuth(request).userId)
    return response.redirect('/');
  response.send('Signed in');
});

app.listen(Number(process.env.PORT), '127.0.0.1');
